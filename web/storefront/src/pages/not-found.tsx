import { Page } from "../page.tsx";
import { words } from "../language.ts";

export function NotFoundPage() {
  return (
    <Page title={words().notFound.title} lead={words().notFound.lead}>
      <a class="button" href="/">
        {words().shop.backToShop}
      </a>
    </Page>
  );
}
