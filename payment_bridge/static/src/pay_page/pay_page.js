/** The page of an offer watches until it is paid or over, then shows it without being touched. */
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const INTERVAL = 2000;

export class PayPanel extends Interaction {
    static selector = ".o_payment_bridge_panel";
    dynamicContent = {
        ".o_payment_bridge_confirm button": { "t-on-click": () => this.confirm() },
    };

    setup() {
        this.shown = this.el.dataset.state;
        this.kind = this.el.dataset.kind;
    }

    start() {
        if (!this.el.dataset.over) {
            this.watch();
        }
    }

    watch() {
        this.waitForTimeout(async () => {
            if (!document.hidden) {
                const page = await this.waitFor(rpc(this.el.dataset.stateUrl, {}, { silent: true }));
                if (this.apply(page)) {
                    return;
                }
            }
            this.watch();
        }, INTERVAL);
    }

    /** Show what is new; answers whether there is nothing more to watch for. */
    apply(page) {
        if (!page.state) {
            return true;
        }
        const code = this.el.querySelector(".o_payment_bridge_code");
        this.el.querySelector(".o_payment_bridge_message").textContent = page.message;
        this.el.dataset.state = page.state;
        code.classList.toggle("d-none", !page.qr || page.over);
        if (page.qr && code.getAttribute("src") !== page.qr) {
            code.src = page.qr;
        }
        const becameReady = page.kind !== this.kind && page.kind !== "qr";
        this.kind = page.kind;
        if (page.over || becameReady) {
            browserReload();
            return true;
        }
        return false;
    }

    /** Hand the confirmation to the app in which this page is open. */
    confirm() {
        const { api, content, ...fields } = JSON.parse(
            this.el.querySelector(".o_payment_bridge_confirm").dataset.confirmation
        );
        const bridge = window.WeixinJSBridge;
        if (bridge && api) {
            bridge.invoke(api, fields, () => {});
        }
    }
}

function browserReload() {
    window.location.reload();
}

registry.category("public.interactions").add("payment_bridge.pay_panel", PayPanel);
