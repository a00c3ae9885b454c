import { useShop } from "./shop.ts";
import { words } from "./language.ts";

/** In which of the catalogue's currencies to pay. */
export function CurrencySelect() {
  const { catalog, currency, setCurrency } = useShop();
  return (
    <label class="choice">
      <span class="visually-hidden">{words().shop.currency}</span>
      <select
        value={currency}
        onChange={(event) => {
          setCurrency(event.currentTarget.value);
        }}
      >
        {catalog.currencies.map((each) => (
          <option key={each} value={each}>
            {each.toUpperCase()}
          </option>
        ))}
      </select>
    </label>
  );
}
