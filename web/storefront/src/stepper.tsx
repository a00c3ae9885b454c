import { MAX_QUANTITY } from "./cart.ts";
import { words } from "./language.ts";

/** How many of it: one less, one more, or a number. */
export function Stepper({ name, quantity, change }: { name: string; quantity: number; change: (to: number) => void }) {
  return (
    <div class="stepper" role="group" aria-label={words().cart.quantityOf(name)}>
      <button
        type="button"
        aria-label={words().cart.less(name)}
        disabled={quantity <= 1}
        onClick={() => {
          change(quantity - 1);
        }}
      >
        −
      </button>
      <input
        type="number"
        inputMode="numeric"
        min={1}
        max={MAX_QUANTITY}
        value={quantity}
        aria-label={words().cart.quantityOf(name)}
        onChange={(event) => {
          change(event.currentTarget.valueAsNumber);
          event.currentTarget.value = String(quantity);
        }}
      />
      <button
        type="button"
        aria-label={words().cart.more(name)}
        disabled={quantity >= MAX_QUANTITY}
        onClick={() => {
          change(quantity + 1);
        }}
      >
        +
      </button>
    </div>
  );
}
