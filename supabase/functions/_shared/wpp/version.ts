/** This project's version (semver). It goes into the log line and the user-agent to the platform. */
export const VERSION = "0.1.0";
