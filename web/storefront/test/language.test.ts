import { expect, test } from "vitest";

import { chosen, LANGUAGES } from "../src/language.ts";
import { de } from "../src/words/de.ts";
import { en, type Words } from "../src/words/en.ts";
import { ja } from "../src/words/ja.ts";

test("the language that was chosen here is kept", () => {
  expect(chosen("ja", ["de-AT", "en"])).toBe("ja");
});

test("a browser's first language that the shop speaks is spoken", () => {
  expect(chosen(null, ["fr-CA", "de-AT", "en"])).toBe("de");
});

test("whoever speaks none of them is spoken to in English", () => {
  expect(chosen("tlh", ["fr"])).toBe("en");
  expect(chosen({ no: "language" }, [])).toBe("en");
});

test("each language has a name of its own", () => {
  expect(new Set(Object.values(LANGUAGES)).size).toBe(3);
});

test("no sentence is left out or left in English", () => {
  const english = sentences(en);
  for (const other of [sentences(de), sentences(ja)]) {
    expect(other).toHaveLength(english.length);
    expect(other.filter((sentence, at) => typeof sentence === "string" && sentence === english[at])).toEqual([]);
  }
});

function sentences(words: Words): unknown[] {
  return Object.values(words).flatMap((page) => Object.values(page).flatMap(each));
}

function each(word: unknown): unknown[] {
  return typeof word === "object" && word !== null ? Object.values(word) : [word];
}
