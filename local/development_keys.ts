/**
 * Keys of the local stack. They are public, fixed so that a frontend's `.env` survives a restart,
 * and good for nothing but a server on 127.0.0.1: never deploy them.
 */
export const DEVELOPMENT_KEYS = {
  publishableKey: "sb_publishable_local_development_only",
  secretKey: "sb_secret_local_development_only",
  jwtSecret: "local-development-only-jwt-secret-never-deploy-it",
};

/** The user that every local stack has. */
export const DEMO_USER = { email: "demo@example.com", password: "demo-password" };
