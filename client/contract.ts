/**
 * What the functions take and answer. Written by `deno task client:types` from
 * supabase/functions/_shared/wpp/contract.ts: change it there.
 */

/** What each function takes and answers. */
export interface WppFunctions {
  /** Connect the organization to WhatsApp; by POST. */
  "wpp-create": { input: CreateInput; output: CreateOutput };
  /** The QR code to scan; by GET or POST. */
  "wpp-qr": { input: QrInput; output: QrOutput };
  /** How the connection stands; by GET or POST. */
  "wpp-status": { input: StatusInput; output: StatusOutput };
  /** Send a message: a text, a picture, a file; by POST. */
  "wpp-send": { input: SendInput; output: SendOutput };
  /** The organization's connections; by GET. */
  "wpp-connections": {
    input: ConnectionsInput;
    output: ConnectionsOutput; /** Rename a connection, or make it the primary one; by PATCH. */
    patch: { input: ConnectionsPatchInput; output: ConnectionsPatchOutput };
  };
  /** Disconnect a number; by POST. */
  "wpp-disconnect": { input: DisconnectInput; output: DisconnectOutput };
  /** Delete a message that was sent, for everyone; by POST. */
  "wpp-delete": { input: DeleteInput; output: DeleteOutput };
  /** React to a message with an emoji; by POST. */
  "wpp-react": { input: ReactInput; output: ReactOutput };
  /** Do what is due: for a cron to call; by POST. */
  "wpp-reconcile": { input: ReconcileInput; output: ReconcileOutput };
}

export type FunctionName = keyof WppFunctions;

export interface CreateInput {
  /** A name to show. */
  name?: string | undefined;
  /** Connect anew, on the same row, what answers reconnect_required or was disconnected. */
  reconnect?: boolean | undefined;
  /** A further number, where the project has WPP_SECRET. Its name tells which: the same call again gives the same number. */
  another?: boolean | undefined;
  /** With reconnect: the connection that is meant. Left out, it is the primary one. */
  session?: string | undefined;
}

export interface CreateOutput {
  integrationId: string;
  session: string;
  status: "starting" | "qr_required" | "connected" | "disconnected" | "unknown";
  /** false when the connection was there already. */
  created: boolean;
}

export interface QrInput {
  /** A session. Left out, it is the organization's primary connection. */
  session?: string | undefined;
}

export type QrOutput = {
  session: string;
  state: "ready";
  qr: {
    /** A data: URL that an <img> shows. */
    image: string;
    /** The QR code's text, where known. */
    text?: string;
  };
  /** Seconds until the code should be asked for again. */
  refreshAfter: number;
} | {
  session: string;
  state: "connected";
} | {
  session: string;
  state: "pending";
};

export interface StatusInput {
  /** A session. Left out, it is the organization's primary connection. */
  session?: string | undefined;
}

export interface StatusOutput {
  session: string;
  status: "starting" | "qr_required" | "connected" | "disconnected" | "unknown";
  /** WPP Platform's own word. */
  providerStatus: string;
  checkedAt: string;
}

export interface SendInput {
  /** The recipient's phone number, best in international form: +79991112233. */
  to?: string | undefined;
  /** A chat, in place of to: the message goes out through the chat's own connection. */
  chatId?: string | undefined;
  /** The message, or the caption of a picture: other media has none. */
  text?: string | undefined;
  media?: {
    /** A file in the bucket messenger-media, in the organization's own folder. */
    path?: string | undefined;
    /** Where the platform fetches the file. It is handed on, never fetched here. */
    url?: string | undefined;
    /** The name that the recipient sees. Left out, it is that of the path or URL. */
    filename?: string | undefined;
    /** Of a url; what a path holds is read from its bytes. */
    mimetype?: string | undefined;
  } | undefined;
  /** A session. Left out, it is the organization's primary connection. */
  session?: string | undefined;
}

export interface SendOutput {
  messageId: string;
  /** The chat that it went into. */
  chatId: string;
  taskId: string;
  session: string;
  /** The recipient in E.164 form. */
  to: string;
  status: "accepted";
}

export type ConnectionsInput = Record<string, never>;

export interface ConnectionsOutput {
  connections: Array<{
    integrationId: string;
    session: string;
    name: string | null;
    /** As last seen. wpp-status asks the platform. */
    status: "starting" | "qr_required" | "connected" | "disconnected" | "unknown";
    /** Whether calls without a session use it. */
    isPrimary: boolean;
    /** In E.164 form, where known. */
    phone: string | null;
    createdAt: string;
    webhook: {
      registeredAt: string | null;
      lastEventAt: string | null;
    };
  }>;
}

export interface ConnectionsPatchInput {
  /** The connection to change. */
  session: string;
  /** A name to show. */
  name?: string | undefined;
  /** Makes it the primary connection, in place of the present one. */
  isPrimary?: true | undefined;
}

export interface ConnectionsPatchOutput {
  integrationId: string;
  session: string;
  name: string | null;
  /** As last seen. wpp-status asks the platform. */
  status: "starting" | "qr_required" | "connected" | "disconnected" | "unknown";
  /** Whether calls without a session use it. */
  isPrimary: boolean;
  /** In E.164 form, where known. */
  phone: string | null;
  createdAt: string;
  webhook: {
    registeredAt: string | null;
    lastEventAt: string | null;
  };
}

export interface DisconnectInput {
  /** May be left out where the organization has exactly one connection. */
  session?: string | undefined;
  /** Disconnect even when the platform cannot be told. */
  force?: boolean | undefined;
}

export interface DisconnectOutput {
  integrationId: string;
  session: string;
  status: "disconnected";
}

export interface DeleteInput {
  /** The messageId of wpp-send. */
  messageId: string;
}

export interface DeleteOutput {
  messageId: string;
  deletedAt: string;
}

export interface ReactInput {
  /** A message of either direction. */
  messageId: string;
  /** One emoji; empty takes the reaction back. */
  emoji: string;
}

export interface ReactOutput {
  messageId: string;
  emoji: string;
}

export interface ReconcileInput {
  /** How many connections, and rows, one run takes on at most. Left out: 100. */
  limit?: number | undefined;
}

export interface ReconcileOutput {
  /** Connections that were taken care of. */
  connections: number;
  /** Webhooks that the platform was told of. */
  registered: number;
  /** Files that were waiting, and are stored or have failed; files removed that no message has. */
  events: number;
  /** Dead sends that were named, and what was kept long enough. */
  expired: number;
  /** Sends of earlier versions that were put into chats. */
  filled: number;
  /** Whether another run would find more to do at once. */
  more: boolean;
}

/** Why a function refuses a call. */
export type ErrorCode =
  /** The request is not valid. Correct the named fields. */
  | "invalid_request"
  /** The request body is not valid JSON. Send a JSON object. */
  | "invalid_json"
  /** Sign in and send the user's access token as a Bearer token. */
  | "unauthorized"
  /** This user belongs to no organization. Have them added to one, then sign in again. */
  | "no_organization"
  /** No WhatsApp connection was found. Call wpp-create first. */
  | "integration_not_found"
  /** No chat of this id was found. */
  | "chat_not_found"
  /** No message of this id was found. Give the messageId of wpp-send. */
  | "message_not_found"
  /** No file of this path was found in the organization's folder. Upload it first. */
  | "media_not_found"
  /** This method is not allowed here. See the Allow header. */
  | "method_not_allowed"
  /** The connection is being created. Try again shortly. */
  | "creation_in_progress"
  /** A request with this Idempotency-Key is still running. Try again shortly. */
  | "idempotency_in_progress"
  /** WPP Platform no longer accepts this connection. Call wpp-create with { "reconnect": true }. */
  | "reconnect_required"
  /** WhatsApp is not connected. Show the QR code and have it scanned. */
  | "not_connected"
  /** This needs WPP_SECRET, a secret shared with WPP Platform. Set it for the functions. */
  | "not_supported"
  /** WPP Platform cannot be told which message or chat is meant: it has no id or phone number that WhatsApp knows. */
  | "message_not_addressable"
  /** The request body is larger than 64 KiB. Send less. */
  | "payload_too_large"
  /** Send the request body as application/json. */
  | "unsupported_media_type"
  /** This Idempotency-Key was used for another request. Use a new key for a new message. */
  | "idempotency_key_reused"
  /** WPP Platform is limiting requests. Try again after Retry-After. */
  | "rate_limited"
  /** Something went wrong here. Report the request id. */
  | "internal"
  /** The functions are not configured. */
  | "misconfigured"
  /** WPP Platform refused the request. */
  | "gateway_error"
  /** WPP Platform's answer was not understood. */
  | "gateway_invalid_response"
  /** WPP Platform cannot be reached. Try again shortly. */
  | "gateway_unreachable"
  /** The sign-in service cannot be reached. Try again shortly. */
  | "auth_unavailable"
  /** The database cannot be reached. Try again shortly. */
  | "database_unavailable"
  /** The file storage cannot be reached. Try again shortly. */
  | "storage_unavailable"
  /** WPP Platform did not confirm the message: it may or may not have been sent. Check WhatsApp before sending it again. */
  | "delivery_unknown"
  /** WPP Platform did not answer in time. Try again shortly. */
  | "gateway_timeout";

/** The answer of a call that failed. */
export interface ErrorOutput {
  error: {
    code: ErrorCode;
    message: string;
    retryable: boolean;
    requestId: string;
    fields?: Record<string, string>;
  };
}
