import { openDatabase } from "../../local/database.ts";
import { createSupabase } from "../../local/supabase.ts";
import { imageWith, migratedImage } from "./database_image.ts";
import { SUPABASE } from "./sql.ts";

type Keys = Parameters<typeof createSupabase>[1];

/** By what was there before the migrations. */
const opened = new Map<string, ReturnType<typeof open>>();

/** Those of a world: its database, and Supabase in front of it. */
export function services(keys: Keys, before = ""): ReturnType<typeof open> {
  const present = opened.get(before) ?? open(keys, before);
  opened.set(before, present);
  return present;
}

async function open(keys: Keys, before: string) {
  const image = before ? await imageWith(SUPABASE + before) : await migratedImage();
  const database = await openDatabase({ image, storage: true });
  const supabase = await createSupabase(database, keys);
  return { database, supabase };
}
