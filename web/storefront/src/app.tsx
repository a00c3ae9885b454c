import { useCallback, useEffect, useState } from "preact/hooks";

import { told, type Config } from "./api.ts";
import type { Catalog } from "./catalog.ts";
import { CurrencySelect } from "./currency-select.tsx";
import { Notice } from "./notice.tsx";
import { fetchCatalog, fetchConfig } from "./opening.ts";
import { pieces } from "./cart.ts";
import { pageAt } from "./pages.ts";
import { usePath } from "./router.ts";
import { ShopContext, useKeptShop, useShop } from "./shop.ts";
import { useLanguage, words } from "./language.ts";
import { LanguageSelect } from "./language-select.tsx";

/** The shop once it knows its settings and its catalogue; until then, what is being waited for. */
export function App() {
  const [loaded, setLoaded] = useState<{ config: Config; catalog: Catalog }>();
  const [problem, setProblem] = useState<string>();
  const [language] = useLanguage();
  const load = useCallback(() => {
    setProblem(undefined);
    loadShop().then(setLoaded, (error: unknown) => {
      setProblem(told(error));
    });
  }, []);
  useEffect(load, [load]);

  if (loaded) return <OpenShop key={language} {...loaded} />;
  if (problem) return <ClosedShop problem={problem} retry={load} />;
  return <p class="loading">{words().shop.opening}</p>;
}

async function loadShop(): Promise<{ config: Config; catalog: Catalog }> {
  const config = await fetchConfig();
  return { config, catalog: await fetchCatalog(config) };
}

function ClosedShop({ problem, retry }: { problem: string; retry: () => void }) {
  return (
    <main class="closed">
      <h1>{words().shop.closed}</h1>
      <Notice kind="problem">{problem}</Notice>
      <button type="button" class="button" onClick={retry}>
        {words().shop.retry}
      </button>
    </main>
  );
}

function OpenShop({ config, catalog }: { config: Config; catalog: Catalog }) {
  const shop = useKeptShop(config, catalog);
  const path = usePath();
  const { Shown, name } = pageAt(path);
  return (
    <ShopContext.Provider value={shop}>
      <a class="skip" href="#main">
        {words().shop.skip}
      </a>
      <Masthead />
      <main id="main" tabIndex={-1}>
        <Shown key={path} name={name} />
      </main>
      <Footer />
    </ShopContext.Provider>
  );
}

function Masthead() {
  const { cart } = useShop();
  const count = pieces(cart);
  return (
    <header class="masthead">
      <a class="brand" href="/">
        <Mark />
        Slow Pour
      </a>
      <nav aria-label={words().shop.navigation}>
        <LanguageSelect />
        <CurrencySelect />
        <a class="to-page" href="/orders">
          {words().shop.orders}
        </a>
        <a class="to-page" href="/account">
          {words().shop.account}
        </a>
        <a class="to-cart" href="/cart">
          {words().shop.cart}{" "}
          <span class="count" data-empty={count === 0}>
            {count}
          </span>
          <span class="visually-hidden"> {words().shop.items(count)}</span>
        </a>
      </nav>
    </header>
  );
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M6 9h20l-6.5 10h-7z" fill="currentColor" />
      <path d="M16 19v5" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" />
      <path d="M10 28h12" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" />
      <path d="M12 5.5c0-1.6 1.6-1.6 1.6-3M18 5.5c0-1.6 1.6-1.6 1.6-3" class="steam" />
    </svg>
  );
}

function Footer() {
  return (
    <footer class="foot">
      <p>
        {words().shop.foot} <a href="/desk">{words().shop.desk}</a>
      </p>
    </footer>
  );
}
