import postgres from "postgres";

/** An empty database on a Postgres, which goes away with it. */
export interface FreshDatabase extends AsyncDisposable {
  readonly url: string;
}

/** Makes one beside the database that `url` names. */
export async function freshDatabase(url: string): Promise<FreshDatabase> {
  const name = `wpp_test_${crypto.randomUUID().replaceAll("-", "")}`;
  const server = postgres(url, { max: 1, onnotice: () => {} });
  await server.unsafe(`create database ${name}`);
  const fresh = new URL(url);
  fresh.pathname = `/${name}`;
  return {
    url: fresh.href,
    async [Symbol.asyncDispose]() {
      await server.unsafe(`drop database ${name} with (force)`);
      await server.end();
    },
  };
}
