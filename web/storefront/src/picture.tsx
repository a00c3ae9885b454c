const FILES = import.meta.glob<string>("./pictures/*.svg", { eager: true, query: "?url", import: "default" });
const GENERIC = FILES["./pictures/generic.svg"] ?? "";

/** The illustration of that name, a parcel where we have none. Says nothing that the name beside it does not. */
export function Picture({ name }: { name: string }) {
  return <img class="picture" src={FILES[`./pictures/${name}.svg`] ?? GENERIC} alt="" width={400} height={300} />;
}
