/** The examples of a page, as their tests run them; it holds no test. */
import { page } from "./pages.ts";

/** The code of a page's fence with this title. */
export function codeOf(path: string, title: string): string {
  const found = page(path).fences.find((one) => one.title === title);
  if (!found) throw new Error(`${path} has no fence with the title ${title}`);
  return found.code;
}

/** Loads a page's module, whose imports are those of a project that has installed them. */
// deno-lint-ignore no-explicit-any -- each example has exports of its own
export async function loadExample(path: string, title: string): Promise<any> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  const client = new URL("../../client/wpp_client.ts", import.meta.url);
  await Deno.writeTextFile(
    file,
    codeOf(path, title).replace('"wpp-messenger-client"', `"${client}"`)
      .replace('"@supabase/supabase-js"', `"${import.meta.resolve("@supabase/supabase-js")}"`),
  );
  try {
    return await import(`file://${file}`);
  } finally {
    await Deno.remove(file);
  }
}
