import assert from "node:assert/strict";
import { test } from "node:test";
import { alike } from "../src/similar";
import { flood } from "./flood";

const TOLD = "Chủ quán giữ giấy tờ của em từ tháng ba, em muốn về quê mà không có tiền xe.";

test("equal words are one group, however they are typed", () => {
  const typed = ["Cứu tôi với!", "cuu toi voi", "  CỨU   TÔI VỚI ", "Không ai ở đây cả."];
  assert.deepEqual(alike(typed), [[3], [0, 1, 2]]);
});

test("who changes numbers and a name tells the same story", () => {
  const other = TOLD.replace("em muốn", "Lan muốn").replace("tháng ba", "tháng tư");
  assert.deepEqual(alike([TOLD, "Em gọi 0912 345 678 lúc 5 giờ.", other, "Em gọi 0987 111 222 lúc 17 giờ."]), [[0, 2], [1, 3]]);
});

test("who tells something else in some of the same words stands for herself", () => {
  const other = "Chủ quán giữ giấy tờ của em, nhưng điều em sợ là anh ấy biết nhà mẹ em ở quê và nói sẽ đến đó.";
  assert.deepEqual(alike([TOLD, other]), [[0], [1]]);
});

test("who stands for herself comes first, then small groups, then big ones", () => {
  assert.deepEqual(alike(["a b", "c d", "a b", "e f", "c d", "a b"]), [[3], [1, 4], [0, 2, 5]]);
});

test("nothing said, signs alone and one word are compared too", () => {
  assert.deepEqual(alike([]), []);
  assert.deepEqual(alike(["", "?!", "…", "Cứu", "cứu!", "đau"]), [[5], [3, 4], [0, 1, 2]]);
});

test("of a thousand from ten templates and five that somebody wrote all five stand in the first twenty lines", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const { stories, written } = flood(seed);
    assert.equal(stories.length, 1005);
    const lines = alike(stories).slice(0, 20).filter((group) => group.length === 1).flat();
    for (const place of written) assert.ok(lines.includes(place), `seed ${seed}: ${stories[place]}`);
  }
});
