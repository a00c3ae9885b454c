import { useState } from "preact/hooks";

import { Problem, told } from "./api.ts";
import { change, type Change } from "./desk.ts";
import { words } from "./language.ts";
import { formatMoney, minorUnits } from "./money.ts";
import { Notice } from "./notice.tsx";
import type { ListedOrder } from "./whole-order.ts";

type Reason = keyof ReturnType<typeof words>["desk"]["reasons"];

const UNPAID: readonly string[] = ["pending", "requires_action", "payment_failed", "authorized"];

/** The bank has the money, or may take it: Stripe refuses a refund beside that. */
const FROZEN: readonly string[] = ["disputed", "dispute_lost"];

/** What the staff may do to an order, as it stands. */
export function DeskActions({ order, done }: { order: ListedOrder; done: () => void }) {
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ kind: "problem" | "done"; sentence: string }>();
  const act = async (what: Change, body: object) => {
    setBusy(true);
    setSaid(undefined);
    try {
      await change(order.order_id, what, body);
      setSaid({ kind: "done", sentence: words().desk.asked });
    } catch (error) {
      setSaid({ kind: "problem", sentence: complaint(error) });
    }
    setBusy(false);
    done();
  };
  const button = (label: string, what: Change, look: string) => (
    <button
      type="button"
      class={look}
      disabled={busy}
      onClick={() => {
        void act(what, {});
      }}
    >
      {label}
    </button>
  );
  const refundable = order.captured > order.refunded && !FROZEN.includes(order.status);
  const cancelable = UNPAID.includes(order.status);
  if (!refundable && !cancelable && !said) return null;
  return (
    <aside class="panel" aria-label={words().desk.doing}>
      {refundable && (
        <RefundForm
          order={order}
          busy={busy}
          refund={(body) => void act("refunds", body)}
          refuse={(sentence) => {
            setSaid({ kind: "problem", sentence });
          }}
        />
      )}
      {order.status === "authorized" && button(words().desk.capture, "capture", "button wide")}
      {cancelable && button(words().desk.cancel, "cancel", "button outline wide")}
      {said && <Notice kind={said.kind}>{said.sentence}</Notice>}
    </aside>
  );
}

interface RefundProps {
  readonly order: ListedOrder;
  readonly busy: boolean;
  readonly refund: (body: object) => void;
  readonly refuse: (sentence: string) => void;
}

function RefundForm({ order, busy, refund, refuse }: RefundProps) {
  const says = words().desk;
  const [text, setText] = useState("");
  const [reason, setReason] = useState<Reason>("requested_by_customer");
  const submit = () => {
    const amount = minorUnits(text, order.currency);
    if (amount === null) refuse(says.badAmount);
    else refund({ amount, reason });
    setText("");
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) submit();
      }}
    >
      <label class="field">
        <span>
          {says.refundAmount} ({order.currency.toUpperCase()})
        </span>
        <input
          inputMode="decimal"
          autocomplete="off"
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
          }}
        />
      </label>
      <label class="field">
        <span>{says.why}</span>
        <select
          value={reason}
          onChange={(event) => {
            setReason(event.currentTarget.value as Reason);
          }}
        >
          {Object.entries(says.reasons).map(([name, sentence]) => (
            <option key={name} value={name}>
              {sentence}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="button wide" disabled={busy}>
        {says.refund}
      </button>
      <button
        type="button"
        class="button outline wide"
        disabled={busy}
        onClick={() => {
          refund({ reason });
        }}
      >
        {says.refundAll}
      </button>
    </form>
  );
}

/** Why it was refused, with the amount that would not have been. */
function complaint(error: unknown): string {
  const { refundable, currency } = error instanceof Problem ? error.facts : {};
  if (typeof refundable !== "number" || typeof currency !== "string") return told(error);
  return words().desk.refundable(formatMoney(refundable, currency));
}
