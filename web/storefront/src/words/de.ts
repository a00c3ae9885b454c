import type { Words } from "./en.ts";

/** Deutsch. */
export const de: Words = {
  shop: {
    opening: "Der Laden öffnet …",
    closed: "Wir sind gleich wieder da",
    retry: "Noch einmal versuchen",
    skip: "Zum Inhalt springen",
    navigation: "Laden",
    currency: "Währung",
    language: "Sprache",
    cart: "Warenkorb",
    items: () => "Artikel",
    foot: "Slow Pour ist ein Vorführladen. Bezahlen Sie mit einer von Stripes Testkarten; versandt wird nichts.",
    lookAround: "Weiter umsehen",
    backToShop: "Zurück zum Laden",
    backToCheckout: "Zurück zur Kasse",
    changeCart: "Warenkorb ändern",
    unreachable:
      "Der Laden ist gerade nicht zu erreichen. Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal; nichts wird doppelt berechnet.",
  },
  catalog: {
    title: "Guter Kaffee braucht Zeit",
    lead: "Ein paar ehrliche Werkzeuge zum Aufbrühen von Hand.",
    add: "In den Warenkorb",
    added: (name, count) => `${name} liegt im Warenkorb, insgesamt ${count}.`,
    notInCurrency: "In dieser Währung nicht erhältlich",
  },
  cart: {
    title: "Ihr Warenkorb",
    emptyTitle: "Ihr Warenkorb ist leer",
    emptyLead: "Noch nichts drin. Aber das Wasser kocht schon.",
    see: "Zum Angebot",
    shipping: "Versand",
    free: "Kostenlos",
    total: "Summe",
    checkout: "Zur Kasse",
    each: (price) => `je ${price}`,
    remove: "Entfernen",
    removeOne: (name) => `${name} entfernen`,
    quantityOf: (name) => `Menge von ${name}`,
    less: (name) => `${name}: eins weniger`,
    more: (name) => `${name}: eins mehr`,
  },
  checkout: {
    title: "Kasse",
    here: "Hier bezahlen",
    or: "oder",
    hosted: "Auf Stripes Seite bezahlen",
    hostedAbout: "Karten, Wallets und mehr, auf einer Seite, die Stripe betreibt. Danach kommen Sie hierher zurück.",
    leave: "Weiter zu Stripe",
    leaving: "Weiterleitung zu Stripe …",
    order: "Ihre Bestellung",
    preparing: "Das Zahlungsformular wird vorbereitet …",
    noForm:
      "Das Zahlungsformular konnte nicht geladen werden. Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.",
    pay: (price) => `${price} bezahlen`,
    payWith: (price, card) => `${price} mit ${card} bezahlen`,
    otherCard: "Eine andere Karte verwenden",
    save: "Diese Karte für das nächste Mal speichern",
    paying: "Zahlung läuft …",
    lostConnection:
      "Die Verbindung ist beim Bezahlen abgebrochen. Versuchen Sie es noch einmal: Dieselbe Bestellung wird nie doppelt berechnet.",
    refused: "Die Zahlung wurde abgelehnt.",
    nothingCharged: "Es wurde nichts abgebucht.",
    nothingChargedRetry:
      "Es wurde nichts abgebucht. Sie können es noch einmal versuchen oder eine andere Karte verwenden.",
    nothingChargedProbably:
      "Soweit wir wissen, wurde nichts abgebucht. Versuchen Sie es in einem Augenblick noch einmal.",
  },
  account: {
    card: "Karte",
  },
  cancelled: {
    title: "Es wurde nichts abgebucht",
    lead: "Sie haben Stripes Seite vor dem Bezahlen verlassen. Ihr Warenkorb ist unverändert.",
  },
  notFound: {
    title: "Hier ist nichts",
    lead: "Die Seite ist vielleicht umgezogen, oder der Link ist unvollständig.",
  },
  order: {
    title: "Ihre Bestellung",
    looking: "Ihre Bestellung wird gesucht …",
    lookAgain: "Noch einmal suchen",
    unknown:
      "Dieser Browser kennt die Bestellung nicht. Öffnen Sie die Seite dort, wo Sie bestellt haben, um die Zahlung zu verfolgen.",
    interrupted:
      "Die Verbindung ist unterbrochen. Ihre Bestellung ist sicher; sobald die Verbindung steht, geht es hier von selbst weiter.",
    ended:
      "Von hier aus können wir der Bestellung nicht mehr folgen. Sie ist sicher; laden Sie die Seite neu, um wieder nachzusehen.",
    howFar: "So weit ist Ihre Bestellung",
    received: "Eingegangen",
    receivedAbout: "Ihre Bestellung ist bei uns.",
    processing: "In Bearbeitung",
    processingAbout: "Die Bank bestätigt die Zahlung.",
    paid: "Bezahlt",
    paidAbout: "Die Zahlung ist verbucht.",
    done: "erledigt",
    current: "läuft",
    todo: "steht noch aus",
    failed: "fehlgeschlagen",
    number: "Bestellung",
    what: "Artikel",
    total: "Summe",
  },
  progress: {
    waiting: {
      headline: "Danke, Ihre Bestellung ist da",
      sentence: "Ihre Zahlung wird bestätigt. Das dauert meist nur einen Augenblick; die Seite folgt von selbst.",
    },
    processing: {
      headline: "Danke, Ihre Bestellung ist da",
      sentence: "Ihre Bank bearbeitet die Zahlung. Sie können die Seite schließen; die Bestellung ist sicher.",
    },
    paid: {
      headline: "Danke, es ist bezahlt",
      sentence: "Ihre Zahlung ist angekommen, und wir packen Ihre Bestellung.",
    },
    refused: {
      headline: "Die Zahlung hat nicht geklappt",
      sentence:
        "Es wurde nichts abgebucht, Ihr Warenkorb ist unverändert. Versuchen Sie es noch einmal oder mit einer anderen Karte.",
    },
    authorized: {
      headline: "Danke, Ihre Karte ist in Ordnung",
      sentence: "Der Betrag ist auf Ihrer Karte vorgemerkt und wird beim Versand abgebucht.",
    },
    canceled: { headline: "Diese Bestellung wurde storniert", sentence: "Es wurde nichts abgebucht." },
    expired: {
      headline: "Diese Bestellung ist abgelaufen",
      sentence: "Es wurde nichts abgebucht. Sie können neu bestellen.",
    },
    partially_refunded: {
      headline: "Danke, es ist bezahlt",
      sentence: "Ein Teil Ihrer Zahlung wurde erstattet.",
    },
    refunded: { headline: "Ihre Bestellung wurde erstattet", sentence: "Das Geld ist auf dem Weg zu Ihnen." },
    disputed: { headline: "Danke, es ist bezahlt", sentence: "Ihre Bank prüft diese Zahlung." },
    dispute_lost: {
      headline: "Ihre Bank hat diese Zahlung zurückgeholt",
      sentence: "Das Geld ist wieder bei Ihnen.",
    },
  },
};
