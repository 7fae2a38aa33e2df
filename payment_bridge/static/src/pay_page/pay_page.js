/**
 * The page of an offer watches until it is paid or over, then shows it without being touched.
 *
 * Where a payee has to confirm in a platform's own app, the platform's add-on knows how to ask there: it registers
 * a confirmer in the category `payment_bridge.confirmers` under the name that its connector gave as `app`.
 * A confirmer has `isHere()`, whether this page is open in its app, and `ask(order)`, which resolves to whether the
 * app asked its user. Whether he confirmed is told by the platform alone.
 */
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
        const told = this.el.querySelector(".o_payment_bridge_confirm")?.dataset.confirmation;
        const { app, ...order } = JSON.parse(told || "{}");
        const confirmer = app && registry.category("payment_bridge.confirmers").get(app, null);
        this.confirmer = confirmer?.isHere() ? confirmer : null;
        this.order = order;
    }

    start() {
        if (this.confirmer) {
            this.el.querySelector(".o_payment_bridge_confirm button").classList.remove("d-none");
            this.el.querySelector(".o_payment_bridge_elsewhere").classList.add("d-none");
            this.el.querySelector(".o_payment_bridge_code").classList.add("d-none");
        }
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
        code.classList.toggle("d-none", !page.qr || page.over || Boolean(this.confirmer));
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

    /** Let the app in which this page is open ask its user. */
    async confirm() {
        const asked = await this.waitFor(this.confirmer.ask(this.order));
        this.el.querySelector(".o_payment_bridge_unasked").classList.toggle("d-none", asked);
    }
}

function browserReload() {
    window.location.reload();
}

registry.category("public.interactions").add("payment_bridge.pay_panel", PayPanel);
