import { en } from "../../examples/panel/texts_en.ts";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import type { Panel } from "./browser.ts";

const OTHER = { email: "other@example.com", password: "other-password" };

/** Signs in as a user of another organization than the demo user's, and connects. */
export async function connectAsOther(panel: Panel): Promise<void> {
  const { page, stack } = panel;
  await page.goto(stack.url);
  await panel.heading(en.signIn);
  await page.evaluate(
    `supabase.createClient(location.origin, "${DEVELOPMENT_KEYS.publishableKey}", {
    auth: { persistSession: false, storageKey: "another" },
  }).auth.signUp(${JSON.stringify(OTHER)})`,
  );
  await page.getByLabel(en.email).fill(OTHER.email);
  await page.getByLabel(en.password).fill(OTHER.password);
  await panel.click(en.signInButton);
  await panel.click(en.connect);
  await panel.heading(en.connected);
}
