/** A docstring; nothing where there is no text. */
export function comment(text: unknown): string {
  return text === undefined ? "" : `/** ${String(text).replaceAll("*/", "*∕")} */\n`;
}

/** As `deno fmt` leaves it. */
export async function formatted(text: string): Promise<string> {
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--config", config, "--ext", "ts", "-"],
    stdin: "piped",
    stdout: "piped",
  });
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout } = await child.output();
  if (!success) throw new Error("deno fmt could not read what was written");
  return new TextDecoder().decode(stdout);
}
