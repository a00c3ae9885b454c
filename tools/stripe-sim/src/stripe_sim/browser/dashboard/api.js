// Asking the stand-in.

export class Refused extends Error {}

/** What `/sim/…` answers. Raises Refused with the words of a refusal. */
export async function ask(path, body) {
  const how = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`/sim/${path}`, how);
  const told = await answer.json();
  if (!answer.ok) throw new Refused(typeof told.detail === "string" ? told.detail : `It was refused (${answer.status}).`);
  return told;
}

export const objectPath = (id) => `objects/${encodeURIComponent(id)}`;
