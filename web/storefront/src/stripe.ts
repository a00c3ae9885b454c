import type { Appearance, StripeConstructor } from "@stripe/stripe-js";

import type { Config } from "./api.ts";
import { words } from "./language.ts";

let script: Promise<void> | undefined;

/** Stripe.js from where the settings say: Stripe's own with real keys, else the stand-in that looks like it. */
export async function loadStripe(config: Config): Promise<StripeConstructor> {
  script ??= loadScript(config.stripeJsUrl);
  await script;
  if (!window.Stripe) throw new Error(words().checkout.noForm);
  return window.Stripe;
}

function loadScript(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = url;
    element.onload = () => {
      resolve();
    };
    element.onerror = () => {
      script = undefined;
      element.remove();
      reject(new Error(words().checkout.noForm));
    };
    document.head.append(element);
  });
}

/** Stripe's form in the shop's own colours, light or dark as the page is. */
export function appearance(): Appearance {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  return {
    theme: dark ? "night" : "stripe",
    variables: {
      colorPrimary: colour("--accent"),
      colorBackground: colour("--surface"),
      colorText: colour("--ink"),
      colorDanger: colour("--danger"),
      borderRadius: "10px",
      fontFamily: "system-ui, sans-serif",
    },
  };
}
