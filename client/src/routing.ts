/** Where reports go, as the install's own key signed it. Format: docs/formats/routing.md; core/routing.py is the server's half. */

import { lastKey, type DeskKey } from "./authorship";
import { fromBase64url } from "./bytes";
import type { Signed } from "./generated";
import { NotSigned, readStatement } from "./statement";

interface RoutedDesk {
  case: string;
  number: number;
  recipient: string;
  signing: string;
  state: boolean;
}

interface RoutingDocument {
  default: string;
  desks: Record<string, RoutedDesk>;
  origin: string;
  provinces: Record<string, string>;
  serial: number;
}

/** What the page carries: the statement, the install's key, and the successions of each desk's keys. */
export interface Routed {
  install: string;
  statement: Signed;
  later: Record<string, Signed[]>;
}

/** The keys that a report for one desk is sealed to. */
export interface SealedTo {
  desk: DeskKey;
  case: DeskKey;
}

function leadsToDesks({ default: other, desks, provinces }: RoutingDocument): boolean {
  const known = Object.entries(desks ?? {}).filter(([, { number, recipient, signing }]) => number && recipient && signing);
  const codes = known.map(([code]) => code);
  const named = [other, ...Object.values(provinces), ...known.map(([, desk]) => desk.case)];
  return named.every((code) => codes.includes(code)) && !desks[other]!.state;
}

export class Routing {
  private constructor(private readonly document: RoutingDocument, private readonly later: Routed["later"]) {}

  /** Throws NotSigned, also where it leads to a desk that it does not name, or to a state body by default. */
  static async read({ install, statement, later }: Routed): Promise<Routing> {
    const document = await readStatement<RoutingDocument>(fromBase64url(install), "routing", statement);
    if (!leadsToDesks(document)) throw new NotSigned();
    return new Routing(document, later);
  }

  get desks(): string[] {
    return Object.keys(this.document.desks);
  }

  /** The desk for a province; never a state body's about an official (tests/vectors/desk_choice.json). */
  desk(province: string, aboutOfficial: boolean): string {
    const { provinces, default: other } = this.document;
    return this.withoutState(Object.hasOwn(provinces, province) ? provinces[province]! : other, aboutOfficial);
  }

  /** This desk, unless it is a state body's and asked about an official. */
  withoutState(desk: string, aboutOfficial: boolean): string {
    const { default: other, desks } = this.document;
    return aboutOfficial && desks[desk]?.state ? other : desk;
  }

  /** Follows the chain of keys from the install's word on. Throws NotSigned. */
  async keys(desk: string): Promise<SealedTo> {
    const [own, other] = await Promise.all([this.key(desk), this.key(this.document.desks[desk]!.case)]);
    return { desk: own, case: other };
  }

  /** The key of a desk that the install signed; none for a desk that it does not name. */
  first(desk: string): DeskKey | undefined {
    if (!Object.hasOwn(this.document.desks, desk)) return undefined;
    const { number, recipient, signing } = this.document.desks[desk]!;
    return { desk, number, recipient, signing };
  }

  private key(desk: string): Promise<DeskKey> {
    return lastKey(this.first(desk)!, this.later[desk] ?? []);
  }
}
