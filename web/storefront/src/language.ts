import { useEffect, useState } from "preact/hooks";

import { readStored, writeStored } from "./storage.ts";
import { de } from "./words/de.ts";
import { en, type Words } from "./words/en.ts";
import { ja } from "./words/ja.ts";

const WORDS = { en, de, ja } satisfies Record<string, Words>;
const LANGUAGE_KEY = "tillstream.language";
const CHANGED = "storefront:language";

export type Language = keyof typeof WORDS;

/** The languages that the shop speaks, each by its own name. */
export const LANGUAGES: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch", ja: "日本語" };

let current: Language = chosen(readStored(localStorage, LANGUAGE_KEY), navigator.languages);

/** The language that was kept here, else the first of the browser's that the shop speaks, else English. */
export function chosen(kept: unknown, wanted: readonly string[]): Language {
  const spoken = [kept, ...wanted.map((tag) => tag.split("-", 1)[0])].find(isLanguage);
  return spoken ?? "en";
}

/** The shop's words in the language that is spoken now. */
export function words(): Words {
  return WORDS[current];
}

/** The language as BCP 47 has it, with the browser's region where it has one: numbers are written by it. */
export function locale(): string {
  return navigator.languages.find((tag) => tag.split("-", 1)[0] === current) ?? current;
}

/** The language spoken now, to be drawn anew when it changes, and how to change it. */
export function useLanguage(): [Language, (language: Language) => void] {
  const [language, setLanguage] = useState(current);
  useEffect(() => {
    const follow = () => {
      setLanguage(current);
    };
    addEventListener(CHANGED, follow);
    return () => {
      removeEventListener(CHANGED, follow);
    };
  }, []);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return [language, speak];
}

function speak(language: Language): void {
  current = language;
  writeStored(localStorage, LANGUAGE_KEY, language);
  dispatchEvent(new Event(CHANGED));
}

function isLanguage(tag: unknown): tag is Language {
  return typeof tag === "string" && tag in WORDS;
}
