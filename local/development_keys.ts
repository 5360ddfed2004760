/**
 * Keys of the local stack. They are the same on every machine, so that a frontend's `.env` stays
 * right after a restart. Everybody knows them: never use them for anything but 127.0.0.1.
 */
export const DEVELOPMENT_KEYS = {
  publishableKey: "sb_publishable_local_development_only",
  secretKey: "sb_secret_local_development_only",
  jwtSecret: "local-development-only-jwt-secret-never-deploy-it",
};

/** The user that every local stack has. */
export const DEMO_USER = { email: "demo@example.com", password: "demo-password" };
