import postgres from "postgres";

/** An empty database on a Postgres; dropped when it is disposed. */
export interface FreshDatabase extends AsyncDisposable {
  readonly url: string;
}

/** Creates one on the server of the database that `url` names. */
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
