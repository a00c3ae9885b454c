import { LANGUAGES, useLanguage, words, type Language } from "./language.ts";

/** In which language the shop speaks. */
export function LanguageSelect() {
  const [language, speak] = useLanguage();
  return (
    <label class="choice">
      <span class="visually-hidden">{words().shop.language}</span>
      <select
        value={language}
        onChange={(event) => {
          speak(event.currentTarget.value as Language);
        }}
      >
        {Object.entries(LANGUAGES).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
