/** Storage as the doctor uses it, by a script. */

/** Of the link that it signs. */
export const SIGNATURE = "signature-of-the-link";
/** What the doctor uploads. */
const CONTENT = "The doctor of wpp-messenger was here.";

/** As Supabase Storage answers: 400 whatever it is, and the real status in the body. */
export function refusal(statusCode: number, message: string): Response {
  return Response.json({ statusCode: String(statusCode), error: "x", message }, { status: 400 });
}

export const DENIED = () => refusal(403, "new row violates row-level security policy");
export const NOT_FOUND = () => refusal(404, "Object not found");

/** What Storage answers to each call, by whom it is from and what it is about. */
export interface ScriptedStorage {
  upload: () => Response;
  uploadElsewhere: () => Response;
  list: () => Response;
  sign: () => Response;
  open: () => Response;
  public: () => Response;
  byPath: () => Response;
}

export const STORAGE: ScriptedStorage = {
  upload: () => Response.json({ Key: "messenger-media/x" }),
  uploadElsewhere: DENIED,
  list: () => Response.json([]),
  sign: () => Response.json({ signedURL: `/object/sign/messenger-media/x?token=${SIGNATURE}` }),
  open: () => new Response(CONTENT),
  public: () => refusal(404, "Bucket not found"),
  byPath: NOT_FOUND,
};

/** @param path Below `/storage/v1/object/`. @param folder The user's own. */
export function answerStorage(
  method: string,
  path: string,
  storage: ScriptedStorage,
  folder: string,
): Response {
  const [first] = path.split("/");
  if (path.includes("?token=")) return storage.open();
  if (first === "list" || first === "sign" || first === "public") return storage[first]();
  if (method === "GET") return storage.byPath();
  const isOwn = path.startsWith(`messenger-media/${folder}/outgoing/`);
  return isOwn ? storage.upload() : storage.uploadElsewhere();
}
