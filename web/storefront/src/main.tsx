import "./styles/base.css";
import "./styles/shop.css";
import "./styles/checkout.css";
import "./styles/account.css";
import "./styles/desk.css";

import { render } from "preact";

import { App } from "./app.tsx";

const root = document.getElementById("app");
if (root) render(<App />, root);
