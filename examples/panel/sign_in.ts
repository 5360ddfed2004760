import type { SupabaseClient } from "@supabase/supabase-js";
import { h, heading, notice, type View } from "./dom.ts";
import { t } from "./language.ts";
import { signInProblem } from "./sign_in_problem.ts";

export interface SignInScreen {
  name: "sign_in";
  /** The user was signed in, and that has ended: the form says so. */
  ended?: boolean;
}

interface SignInOptions {
  supabase: SupabaseClient;
  demo?: { email: string; password: string };
  onSignedIn: () => void;
}

/** The view with the sign-in form. */
export function signInView(
  { supabase, demo, onSignedIn }: SignInOptions,
  { ended }: SignInScreen,
): View<SignInScreen> {
  const email = field("email", "email", "username", demo?.email);
  const password = field("password", "password", "current-password", demo?.password);
  const button = h("button", { class: "primary", type: "submit" }, t().signInButton);
  const outcome = h("div", { role: "alert" });
  if (ended) outcome.append(notice("warning", t().signInAgain));

  async function submit(event: Event) {
    event.preventDefault();
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    button.textContent = t().signingIn;
    outcome.replaceChildren();
    const { error } = await supabase.auth.signInWithPassword({
      email: email.value,
      password: password.value,
    });
    button.removeAttribute("aria-disabled");
    button.textContent = t().signInButton;
    if (!error) return onSignedIn();
    outcome.append(notice("error", signInProblem(error, t())));
    if (error.code === "invalid_credentials") password.select();
  }

  const form = h(
    "form",
    { onsubmit: submit },
    h("label", { for: "email" }, t().email),
    email,
    h("label", { for: "password" }, t().password),
    password,
    outcome,
    button,
  );
  const lead = demo && h("p", { class: "lead" }, t().signInLead);
  const element = h("section", { class: "card narrow" }, heading(t().signIn), lead, form);
  return { element, update() {} };
}

function field(id: string, type: string, autocomplete: string, value = "") {
  return h("input", { id, type, autocomplete, value, required: true });
}
