// Calls to the API that this script came from, in Stripe's encoding.
const API_BASE = new URL(document.currentScript.src).origin;
const UNREACHABLE = {
  type: "api_connection_error",
  message: "We could not reach Stripe. Please check your connection and try again.",
};

function encode(value, name, into) {
  if (value === undefined || value === null) return into;
  if (typeof value === "object") {
    for (const [key, item] of Object.entries(value)) encode(item, name ? `${name}[${key}]` : key, into);
  } else {
    into.append(name, String(value));
  }
  return into;
}

/** The answer's object, or `{error}`; never rejects. `caller` has a `key` and perhaps an `account`. */
async function ask(caller, method, path, params) {
  const encoded = encode(params, "", new URLSearchParams());
  const isGet = method === "GET";
  try {
    const answer = await fetch(`${API_BASE}${path}${isGet ? `?${encoded}` : ""}`, {
      method,
      headers: {
        Authorization: `Bearer ${caller.key}`,
        Accept: "application/json",
        ...(caller.account && { "Stripe-Account": caller.account }),
      },
      body: isGet ? undefined : encoded,
    });
    return await answer.json();
  } catch {
    return { error: UNREACHABLE };
  }
}
