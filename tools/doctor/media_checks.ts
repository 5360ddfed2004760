/** Checks of media: files are in Supabase Storage, and the platform fetches them by signed links. */
import { askAsServer, topicOf } from "./asking.ts";
import { Bucket } from "./bucket.ts";
import { type Check, failed, type Outcome, passed, skipped, sum, warned } from "./check.ts";
import { type Answer, field, type Project } from "./project.ts";
import { describe } from "./service_checks.ts";

/** Texts go on without Storage, so what is only missing is no failure. */
const MISSING =
  "Until then only texts are sent, and small files that come in wait in the database. " +
  "See docs/media.md.";
const ENABLE = "run `select messenger_enable_media();` in the SQL editor.";
const SIZE_LIMIT = 64 * 1024 * 1024;
const POLICIES = 2;
const LINK_LIFETIME_S = 60;
const CONTENT = "The doctor of wpp-messenger was here.";

export const media: Check = {
  name: "media",
  title: "Files are kept apart, and links to them work",
  needs: ["database"],
  async run(project) {
    const bucket = await checkBucket(project);
    if (bucket.state === "warned" || bucket.state === "failed") return bucket;
    return sum([await checkAsUser(project), bucket]);
  },
};

/** What `messenger_check_media` answers. */
interface BucketFacts {
  storage: boolean;
  bucket: { public: boolean; size_limit: number | null } | null;
  policies: number;
}

/** What the database knows of the bucket. */
async function checkBucket(project: Project): Promise<Outcome> {
  const asked = await askAsServer<BucketFacts>(
    project,
    "messenger_check_media",
    "the bucket itself",
  );
  if ("outcome" in asked) return asked.outcome;
  const { storage, bucket, policies } = asked.body;
  if (!storage) return warned(`The database has no table storage.objects. ${MISSING}`);
  if (!bucket) return warned(`The bucket messenger-media is missing: ${ENABLE} ${MISSING}`);
  if (bucket.public) return failed(`Anybody can fetch every file, by its path: ${ENABLE}`);
  if (policies < POLICIES) return warned(`Members cannot use their files: ${ENABLE} ${MISSING}`);
  if (bucket.size_limit === SIZE_LIMIT) return passed("The bucket is as it should be.");
  return warned(`The bucket messenger-media takes files of another size than 64 MiB: ${ENABLE}`);
}

/** The user uploads a file and makes a link to it, as a page does; nobody else can. */
async function checkAsUser(project: Project): Promise<Outcome> {
  if (!project.accessToken) return skipped("Whether a user has their files was not checked.");
  const asked = await topicOf(project);
  if ("outcome" in asked) return asked.outcome;
  const folder = asked.topic.replace(/^messenger:/, "");
  const bucket = new Bucket(project);
  const [own, foreign] = [pathIn(folder), pathIn(crypto.randomUUID())];
  try {
    const refused = refusalOf(await bucket.upload(own, CONTENT));
    if (refused) return refused;
    return sum([await checkOthers(bucket, folder, foreign, own), await checkLink(bucket, own)]);
  } finally {
    await bucket.remove([own, foreign]); // without the secret key they go a day later
  }
}

function pathIn(folder: string): string {
  return `${folder}/outgoing/${crypto.randomUUID()}/doctor.txt`;
}

/** Why the user's own upload was refused; undefined: it was not. */
function refusalOf(answer: Answer): Outcome | undefined {
  if (answer.status === 200) return undefined;
  // Storage answers many errors by 400, with the real status in the body.
  const code = Number(field(answer, "statusCode")) || answer.status;
  if (code === 403) return warned(`The user may not upload to their folder: ${ENABLE} ${MISSING}`);
  if (/bucket/i.test(field(answer, "message") ?? "")) {
    return warned(`The bucket messenger-media is missing: ${ENABLE} ${MISSING}`);
  }
  return warned(
    `Storage ${describe(code)} to an upload: is it there, at /storage/v1, and well? ${MISSING}`,
  );
}

/** Neither does the user get into other folders, nor anybody into theirs. */
async function checkOthers(
  bucket: Bucket,
  folder: string,
  foreign: string,
  own: string,
): Promise<Outcome> {
  const folders = await bucket.list();
  const isForeign = ({ name }: { name: string }) => name !== folder;
  if (Array.isArray(folders.body) && folders.body.some(isForeign)) {
    return failed(`The user reads another organization's files: ${DROP}`);
  }
  if ((await bucket.upload(foreign, CONTENT)).status === 200) {
    return failed(`The user uploads into another organization's folder: ${DROP}`);
  }
  const opened = [await bucket.openPublic(own), await bucket.openAnonymously(own)];
  if (opened.some(({ status }) => status === 200)) {
    return failed(`Who is not signed in can fetch files by their path: ${ENABLE} Then ${DROP}`);
  }
  return skipped("");
}

const DROP = "drop the policies on storage.objects that you did not mean.";

/** Fetches a link without any key, as the platform does. */
async function checkLink(bucket: Bucket, path: string): Promise<Outcome> {
  const signed = await bucket.sign(path, LINK_LIFETIME_S);
  const link = field(signed, "signedURL");
  if (link === undefined) {
    return failed(`Storage ${describe(signed.status)} to the user who wants a link: ${ENABLE}`);
  }
  const { status, body } = await bucket.open(link);
  if (status === 200 && body === CONTENT) return passed("The user uploads, and a link works.");
  return failed(
    `A link to a file ${describe(status)}, without the file: neither pages nor WPP Platform can ` +
      "fetch it. Does the gateway let /storage/v1/object/sign through without a key?",
  );
}
