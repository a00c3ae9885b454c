import { useState } from "preact/hooks";

import { told } from "../api.ts";
import { Asking } from "../asking.tsx";
import { subscriptions } from "../kept.ts";
import { words } from "../language.ts";
import { NewCard } from "../new-card.tsx";
import { Notice } from "../notice.tsx";
import { Page } from "../page.tsx";
import { cardName, fetchSavedCards, forgetCard, type SavedCard } from "../saved-cards.ts";
import { useShop } from "../shop.ts";
import { SubscriptionLine } from "../subscription-line.tsx";
import { useAsked } from "../use-asked.ts";

/** What the shop keeps for its buyer: cards and subscriptions. */
export function AccountPage() {
  const [subscribed] = useState(() => subscriptions.all());
  return (
    <Page title={words().account.title} lead={words().account.lead}>
      <div class="ways">
        <Cards />
        <section class="panel" aria-labelledby="subscriptions">
          <h2 id="subscriptions">{words().account.subscriptions}</h2>
          {subscribed.length === 0 && <p>{words().account.noSubscriptions}</p>}
          <ul class="rows">
            {subscribed.map((each) => (
              <SubscriptionLine key={each.answer.subscription_id} subscribed={each} />
            ))}
          </ul>
        </section>
      </div>
    </Page>
  );
}

function Cards() {
  const { config } = useShop();
  const [cards, again] = useAsked(() => fetchSavedCards(config));
  const [done, setDone] = useState("");
  const [problem, setProblem] = useState<string>();

  const forget = async (card: SavedCard) => {
    setProblem(undefined);
    try {
      await forgetCard(config, card);
      setDone(words().account.removed(cardName(card)));
      again();
    } catch (error) {
      setProblem(told(error));
    }
  };
  return (
    <section class="panel" aria-labelledby="cards">
      <h2 id="cards">{words().account.cards}</h2>
      <p class="visually-hidden" role="status">
        {done}
      </p>
      {problem && <Notice kind="problem">{problem}</Notice>}
      <Asking asked={cards} again={again} waiting={words().account.looking}>
        {(saved) => (
          <>
            {saved.length === 0 && <p>{words().account.none}</p>}
            <ul class="rows">
              {saved.map((card) => (
                <Card key={card.payment_method_id} card={card} forget={forget} />
              ))}
            </ul>
          </>
        )}
      </Asking>
      <NewCard
        saved={() => {
          setDone(words().account.saved(words().account.card));
          again();
        }}
      />
    </section>
  );
}

function Card({ card, forget }: { card: SavedCard; forget: (card: SavedCard) => Promise<void> }) {
  const name = cardName(card);
  const ends = card.exp_month && card.exp_year ? `${String(card.exp_month).padStart(2, "0")}/${card.exp_year}` : null;
  return (
    <li>
      <span>
        <strong>{name}</strong>
        {ends && <small>{words().account.ends(ends)}</small>}
      </span>
      <button
        type="button"
        class="quiet"
        aria-label={words().account.removeOne(name)}
        onClick={() => {
          void forget(card);
        }}
      >
        {words().account.remove}
      </button>
    </li>
  );
}
