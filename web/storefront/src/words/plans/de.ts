import type { Words } from "../en.ts";

/** Deutsch. */
export const plan: Words["plan"] = {
  per: {
    day: (price, every) => (every === 1 ? `${price} pro Tag` : `${price} alle ${every} Tage`),
    week: (price, every) => (every === 1 ? `${price} pro Woche` : `${price} alle ${every} Wochen`),
    month: (price, every) => (every === 1 ? `${price} pro Monat` : `${price} alle ${every} Monate`),
    year: (price, every) => (every === 1 ? `${price} pro Jahr` : `${price} alle ${every} Jahre`),
  },
  triedBefore: "Die kostenlosen Tage hatten Sie schon",
  trial: (days) => (days === 1 ? "1 Tag kostenlos" : `${days} Tage kostenlos`),
  quantity: "Wie viele",
  begin: "Abonnieren",
  beginTrial: (days) => `${days} kostenlose Tage beginnen`,
  beginning: "Einen Augenblick …",
  cardForLater: "Ihre Karte für die Zeit nach den kostenlosen Tagen",
  firstPayment: "Die erste Zahlung",
  startWith: (card) => `Mit ${card} beginnen`,
  saveCard: "Karte speichern und beginnen",
  back: "Zurück zum Angebot",
};

/** Deutsch. */
export const subscription: Words["subscription"] = {
  title: "Ihr Abonnement",
  unknown: "Dieser Browser kennt das Abonnement nicht. Öffnen Sie die Seite dort, wo Sie abonniert haben.",
  next: "Nächste Zahlung",
  firstPayment: "Erste Zahlung",
  ends: "Endet",
  price: "Preis",
  lastPayment: "Letzte Zahlung",
  quantity: "Menge",
  number: "Abonnement",
  change: "Menge ändern",
  endLater: "Zum Ende des Zeitraums beenden",
  endNow: "Sofort beenden",
  goOn: "Weiterlaufen lassen",
  pay: "Zur Zahlung",
  payNow: "Jetzt bezahlen",
  confirmPayment: "Zahlung bestätigen",
  paidJustNow: "Danke. Sobald die Zahlung gebucht ist, steht es hier.",
  working: "Einen Augenblick …",
  invoices: {
    draft: "in Vorbereitung",
    open: "noch nicht bezahlt",
    uncollectible: "aufgegeben",
    void: "gestrichen",
    nothing_due: "nichts zu zahlen",
    paid: "bezahlt",
  },
  needsAction:
    "Ihre Bank möchte von Ihnen hören, bevor sie zahlt. Bestätigen Sie die Zahlung hier, oder zahlen Sie mit einer anderen Karte.",
  status: {
    waiting: {
      headline: "Danke, gleich ist es so weit",
      sentence: "Ihr Abonnement wird eingerichtet. Die Seite folgt von selbst.",
    },
    incomplete: {
      headline: "Die erste Zahlung fehlt noch",
      sentence: "Ihr Abonnement beginnt, sobald sie da ist.",
    },
    incomplete_expired: {
      headline: "Dieses Abonnement hat nie begonnen",
      sentence: "Die erste Zahlung kam nicht rechtzeitig. Es wurde nichts abgebucht.",
    },
    trialing: {
      headline: "Ihre kostenlosen Tage haben begonnen",
      sentence: "Bis sie vorbei sind, wird nichts abgebucht.",
    },
    active: { headline: "Danke, Sie sind dabei", sentence: "Alles ist bezahlt." },
    ending: { headline: "Ihr Abonnement läuft aus", sentence: "Es läuft weiter, bis das Bezahlte vorbei ist." },
    past_due: {
      headline: "Die letzte Zahlung hat nicht geklappt",
      sentence: "Wir versuchen es in den nächsten Tagen wieder; bis dahin läuft alles weiter.",
    },
    unpaid: {
      headline: "Ihr Abonnement wartet auf eine Zahlung",
      sentence: "Mehrere Versuche sind fehlgeschlagen. Es läuft weiter, sobald bezahlt ist.",
    },
    paused: { headline: "Ihr Abonnement ruht", sentence: "Solange wird nichts abgebucht." },
    canceled: { headline: "Ihr Abonnement ist beendet", sentence: "Es wird nichts mehr abgebucht." },
  },
  states: {
    waiting: "wird eingerichtet",
    incomplete: "erste Zahlung fehlt",
    incomplete_expired: "nie begonnen",
    trialing: "kostenlose Tage",
    active: "läuft",
    ending: "läuft aus",
    past_due: "Zahlung überfällig",
    unpaid: "nicht bezahlt",
    paused: "ruht",
    canceled: "beendet",
  },
};
