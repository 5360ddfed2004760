/**
 * The client's folder in a project, with `/` between its parts.
 *
 * @throws Error unless it is a relative path that stays inside the project, outside `supabase/`.
 */
export function clientFolder(path: string): string {
  const parts = path.replaceAll("\\", "/").split("/").filter((part) => part && part !== ".");
  const isAbsolute = /^([/\\]|[A-Za-z]:)/.test(path);
  if (isAbsolute || parts.length === 0 || parts.includes("..") || parts[0] === "supabase") {
    throw new Error("Cannot use --client: it must be a folder inside DIR, outside supabase/");
  }
  return parts.join("/");
}
