/** What `deno task doctor` is asked to check. */
export interface DoctorOptions {
  /** The project's URL, without a trailing slash. */
  url: string;
  /** Its publishable key, or legacy anon key. */
  key: string;
  /** A page's origin that should be able to call the functions. */
  origin?: string;
  /** WPP Platform's address as the functions have it, which they do not tell. */
  wppBaseUrl?: string;
  /** A user to sign in as. */
  credentials?: { email: string; password: string };
  /** The project's secret key, by which the database says more. */
  secretKey?: string;
  /** Whether that user's connection may be created. */
  create: boolean;
}
