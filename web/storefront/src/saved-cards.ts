import { ask, type Config } from "./api.ts";
import { buyer } from "./buyer.ts";
import { words } from "./language.ts";
import { randomKey } from "./attempt.ts";

/** A saved way to pay, as much of it as a page may show. */
export interface SavedCard {
  readonly payment_method_id: string;
  readonly type: string;
  readonly brand: string | null;
  readonly last4: string | null;
  readonly exp_month: number | null;
  readonly exp_year: number | null;
}

/** What Stripe.js needs to save one more. */
export interface SetupAnswer {
  readonly client_secret: string;
  readonly publishable_key: string;
}

const BRANDS: Readonly<Record<string, string>> = {
  amex: "American Express",
  diners: "Diners Club",
  discover: "Discover",
  jcb: "JCB",
  mastercard: "Mastercard",
  unionpay: "UnionPay",
  visa: "Visa",
};

/** "Visa •••• 4242" */
export function cardName({ brand, type, last4 }: SavedCard): string {
  const name = BRANDS[brand ?? ""] ?? (type === "card" ? words().account.card : type);
  return last4 ? `${name} •••• ${last4}` : name;
}

/** The buyer's saved cards, the newest first. */
export async function fetchSavedCards(config: Config): Promise<SavedCard[]> {
  const { token, url } = await mine(config);
  const answer = (await ask(`${url}/payment-methods`, { bearer: token })) as { payment_methods: SavedCard[] };
  return answer.payment_methods;
}

/** Each card once, however often it was saved: every subscription saves the one that it is paid with. */
export function distinct(cards: readonly SavedCard[]): SavedCard[] {
  const seen = (card: SavedCard) => `${cardName(card)} ${card.exp_month} ${card.exp_year}`;
  return [...new Map(cards.toReversed().map((card) => [seen(card), card])).values()].toReversed();
}

/** Take a card from the buyer for good. */
export async function forgetCard(config: Config, card: SavedCard): Promise<void> {
  const { token, url } = await mine(config);
  await ask(`${url}/payment-methods/${card.payment_method_id}`, { method: "DELETE", bearer: token });
}

/** Begin to save a card without a payment. */
export async function beginSaving(config: Config): Promise<SetupAnswer> {
  const { token, url } = await mine(config);
  return (await ask(`${url}/setup-intents`, { method: "POST", bearer: token, key: randomKey() })) as SetupAnswer;
}

async function mine(config: Config): Promise<{ token: string; url: string }> {
  const { customerId, token } = await buyer();
  return { token, url: `${config.intentApiUrl}/v1/customers/${customerId}` };
}
