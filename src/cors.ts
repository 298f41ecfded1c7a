/** Which web pages may call from a browser. The default is Ollama's own: pages of this machine. */

const LOCAL = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(:\d+)?$/;
const LOCAL_SCHEMES = /^(app|file|tauri|vscode-webview|vscode-file):\/\//;

/**
 * @param setting `CORS_ORIGINS`: `*`, or origins separated by commas, where `localhost` stands for every page of this machine
 * @returns what `Access-Control-Allow-Origin` says, or undefined
 */
export function allowedOrigin(origin: string, setting: string): string | undefined {
  for (const item of setting.split(',').map((part) => part.trim())) {
    if (item === '*') return '*';
    if (item === origin) return origin;
    if (item === 'localhost' && (LOCAL.test(origin) || LOCAL_SCHEMES.test(origin))) return origin;
  }
  return undefined;
}
