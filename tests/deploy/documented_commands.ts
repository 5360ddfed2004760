import { type Fence, page } from "../docs/pages.ts";

/** A command as a page has it, on one line. */
export interface DocumentedCommand {
  fence: Fence;
  text: string;
}

/** All commands about deploying: the whole deploy page's, and the README's section. */
export function documentedCommands(): DocumentedCommand[] {
  const readme = page("README.md").fences.filter(({ code }) => code.includes("functions deploy"));
  return [...readme, ...page("docs/deploy.md").fences].filter(({ language }) => language === "sh")
    .flatMap((fence) => commandsOf(fence.code).map((text) => ({ fence, text })));
}

function commandsOf(code: string): string[] {
  const lines = code.replace(/\s*\\\n\s*/g, " ").split("\n");
  return lines.flatMap((line) => line.split(" && "))
    .map((text) => text.replace(/\s+#.*$/, "").trim()).filter((text) => text !== "");
}
