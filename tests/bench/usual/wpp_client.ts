interface Settings {
  apiKey: string;
  session: string;
}

const HOUR = 60 * 60 * 1000;
const baseUrl = Deno.env.get("WPP_BASE_URL");
const tokens = new Map<string, { token: string; expiresAt: number }>();

/** The platform's API, with a token kept for an hour. */
export class WppClient {
  constructor(private settings: Settings) {}

  async getQr() {
    const response = await fetch(`${baseUrl}/api/accounts/${this.settings.session}/qr`, {
      headers: { Authorization: `Bearer ${await this.getToken()}` },
    });
    if (!response.ok) throw new Error(`QR failed: ${response.status} ${await response.text()}`);
    return await response.json();
  }

  async getStatus() {
    try {
      const response = await fetch(`${baseUrl}/api/accounts/${this.settings.session}/status`, {
        headers: { Authorization: `Bearer ${await this.getToken()}` },
      });
      if (!response.ok) throw new Error(`Status failed: ${response.status}`);
      return (await response.json()).status;
    } catch {
      return "disconnected";
    }
  }

  async sendText(to: string, text: string) {
    const response = await fetch(`${baseUrl}/api/messages/text`, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${await this.getToken()}`,
        "Content-Type": "application/json",
      },
      body: JSON.stringify({ account: this.settings.session, to: to.replace(/\D/g, ""), text }),
    });
    if (!response.ok) throw new Error(`Send failed: ${response.status} ${await response.text()}`);
    return await response.json();
  }

  private async getToken() {
    const { apiKey } = this.settings;
    const cached = tokens.get(apiKey);
    if (cached && cached.expiresAt > Date.now()) return cached.token;
    const response = await fetch(`${baseUrl}/auth/token`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ apiKey }),
    });
    if (!response.ok) throw new Error(`Auth failed: ${response.status} ${await response.text()}`);
    const { token } = await response.json();
    tokens.set(apiKey, { token, expiresAt: Date.now() + HOUR });
    return token;
  }
}
