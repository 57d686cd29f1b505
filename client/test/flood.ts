/** A flood as somebody makes it in an evening: ten texts, in which names, numbers and a few words are changed. */

const TEMPLATES = [
  "Cứu em với em bị nhốt ở {place} phòng {number}, {name} giữ giấy tờ của em, gọi {phone} ngay",
  "Tôi là {name}, tôi đang bị đánh ở {place} lúc {number} giờ, xin hãy đến ngay lập tức, tôi rất sợ",
  "Em bị {name} ép làm việc không lương {number} tháng nay ở {place}, họ đe dọa em mỗi ngày và không cho em ra ngoài",
  "Có người đang gặp nguy hiểm tại {place}, số nhà {number}, người đó tên {name}, hãy gọi công an giúp chúng tôi",
  "{name} ở {place} đã lấy của tôi {number} triệu và nói sẽ giết tôi nếu tôi nói ra, tôi không biết phải làm gì nữa",
  "Giúp tôi. {place}. {number}. {name}. Nhanh lên, họ sắp quay lại rồi, tôi chỉ có vài phút để viết tin này thôi",
  "Con gái tôi mười sáu tuổi bị {name} đưa đến {place} từ {number} ngày trước, gia đình tôi rất lo, số của tôi là {phone}",
  "Quán ở {place} do {name} làm chủ có {number} cô gái bị giữ, cửa khóa ngoài, ban đêm nghe tiếng khóc, xin kiểm tra gấp",
  "Tôi bị thương nặng, đang trốn ở {place}, gần số {number}, {name} đang tìm tôi khắp nơi, xin đừng gọi lại vào {phone}",
  "Khách tên {name} ở khách sạn {place} phòng {number} không cho em về, dọa tung ảnh của em lên mạng, em không có ai để gọi",
];
const WRITTEN = [
  "Từ hôm qua chị chủ khóa cổng, em với hai bạn nữa không ra chợ được. Em còn ít gạo, em bé sốt.",
  "Anh ấy vừa đi, chắc nửa tiếng nữa về. Em nhắn bằng máy của bà hàng xóm. Anh ấy cầm dao từ tối.",
  "Mình không dám nói tên. Hồi chiều họ bắt ba đứa tụi mình ký giấy nợ rồi nói tối nay chuyển đi chỗ khác, chưa biết ở đâu.",
  "em dau bung qua, hom truoc bi danh, ong chu khong cho di kham, noi di la tru luong",
  "Tôi đang ở trên xe, họ bảo qua bên kia làm nhà hàng, nhưng hộ chiếu họ cầm hết và điện thoại của mấy người khác bị thu rồi.",
];
const NAMES = ["Lan", "Hùng", "anh Tuấn", "bà Hoa", "Minh", "chị Thảo", "ông Bảy", "Dũng"];
const PLACES = ["Sông Mây", "Bến Cũ", "chợ Dưới", "ngã ba Đồi", "khu trọ Xanh", "bến xe phía nam"];
const FILLERS = ["nhé", "ạ", "làm ơn", "gấp", "thật đó"];

/** A thousand of ten and five others, mixed; `written` says where the five are. */
export function flood(seed: number, made = 1000): { stories: string[]; written: number[] } {
  const chance = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)]!;
  const number = (most: number): string => String(1 + Math.floor(chance() * most));
  const fill = (template: string): string =>
    template
      .replace("{name}", pick(NAMES))
      .replace("{place}", pick(PLACES))
      .replace("{number}", number(90))
      .replace("{phone}", `09${number(1e8).padStart(8, "0")}`) + (chance() < 0.5 ? ` ${pick(FILLERS)}` : "");
  const stories = Array.from({ length: made }, (_, index) => fill(TEMPLATES[index % TEMPLATES.length]!));
  for (const story of WRITTEN) stories.splice(Math.floor(chance() * stories.length), 0, story);
  return { stories, written: WRITTEN.map((story) => stories.indexOf(story)) };
}

/** Mulberry32: the same flood for the same seed. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
