/** What runs here. */

import { html } from "../../vendor/lit.js";
import { copyText } from "../../parts/copy.js";
import { LightElement } from "../../parts/element.js";
import { failure, skeleton } from "../../parts/notice.js";
import { words } from "./strings.js";

class About extends LightElement {
  static properties = { app: { attribute: false }, info: { state: true }, error: { state: true }, said: { state: true } };

  constructor() {
    super();
    /** @type {import("../../base/types.js").SignedInApp} */
    this.app = /** @type {any} */ (undefined);
    /** @type {Record<string, any> | null} */
    this.info = null;
    /** @type {unknown} */
    this.error = null;
    this.said = "";
  }

  connectedCallback() {
    super.connectedCallback();
    void this.#load();
  }

  async #load() {
    try {
      this.info = await this.app.api.get("/info");
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  render() {
    if (this.error) return failure(words.loadFailed, words.loadFailedAdvice, this.error, () => void this.#load());
    if (!this.info) return skeleton(2);
    return html`<dl class="facts">
        <dt>${words.version}</dt><dd><code>${this.info.version}</code></dd>
        <dt>${words.nodeId}</dt><dd><code class="is-long" translate="no">${this.info.p2p_network?.peer_id ?? ""}</code></dd>
        <dt>${words.licence}</dt><dd>${words.licenceText}</dd>
        <dt>${words.thirdParty}</dt><dd>${words.lit}</dd>
      </dl>
      <div class="line"><button class="button" type="button" @click=${this.#copy}>${words.diagnostics}</button><span class="said" role="status">${this.said}</span></div>`;
  }

  /** Nothing of what anybody wrote, and no address. */
  #copy = async () => {
    const { version, database_stats, p2p_network } = this.info ?? {};
    const report = {
      version, database_stats,
      peers: p2p_network?.connected_peers, browser: navigator.userAgent, language: navigator.language, secure: isSecureContext,
      window: `${innerWidth}x${innerHeight}`, stream: this.app.stream.state.value.phase, unsent: this.app.outbox.waiting(),
    };
    this.said = (await copyText(JSON.stringify(report, null, 2))) ? words.copied : words.notCopied;
  };
}

customElements.define("canopy-about", About);
