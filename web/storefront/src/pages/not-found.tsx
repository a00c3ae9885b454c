import { Page } from "../page.tsx";

export function NotFoundPage() {
  return (
    <Page title="There is nothing here" lead="The page may have moved, or the link was cut short.">
      <a class="button" href="/">
        Back to the shop
      </a>
    </Page>
  );
}
