import { ask, type Config } from "./api.ts";
import type { Catalog } from "./catalog.ts";

/** Where everything is, as the shop's server says. */
export async function fetchConfig(): Promise<Config> {
  return (await ask("/config.json")) as Config;
}

/** What can be bought, with the currencies in the order in which the catalogue has them. */
export async function fetchCatalog(config: Config): Promise<Catalog> {
  const { products } = (await ask(`${config.intentApiUrl}/v1/catalog`)) as Pick<Catalog, "products">;
  return { products, currencies: [...new Set(products.flatMap(({ prices }) => Object.keys(prices)))] };
}
