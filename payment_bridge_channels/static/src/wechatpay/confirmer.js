/**
 * Asks a payee inside of WeChat to confirm a merchant transfer.
 *
 * Source: WeChat Pay APIv3, merchant transfer, "JSAPI: ask the user to confirm receipt": the browser inside of WeChat
 * offers `WeixinJSBridge`, announced by `WeixinJSBridgeReady`; `requestMerchantTransfer` takes `mchId`, `appId` and
 * `package`. Its `ok` says that the confirmation was shown, not that it was given.
 */
import { registry } from "@web/core/registry";

const METHOD = "requestMerchantTransfer";
const SHOWN = `${METHOD}:ok`;
const CANCELLED = `${METHOD}:cancel`;
const BRIDGE_WAIT = 5000;

/** The bridge, which may come after the page; undefined where it does not come. */
function bridge() {
    if (window.WeixinJSBridge) {
        return Promise.resolve(window.WeixinJSBridge);
    }
    return new Promise((resolve) => {
        const done = () => resolve(window.WeixinJSBridge);
        document.addEventListener("WeixinJSBridgeReady", done, { once: true });
        setTimeout(done, BRIDGE_WAIT);
    });
}

export const wechatConfirmer = {
    isHere: () => Boolean(window.WeixinJSBridge) || /MicroMessenger/i.test(navigator.userAgent),

    /** Resolves to whether WeChat showed the confirmation. Whoever closes it has seen it. */
    async ask({ content, mchId, appId }) {
        const weixin = await bridge();
        if (!weixin) {
            return false;
        }
        return new Promise((resolve) => {
            weixin.invoke(METHOD, { mchId, appId, package: content }, (answer) =>
                resolve([SHOWN, CANCELLED].includes(answer?.err_msg))
            );
        });
    },
};

registry.category("payment_bridge.confirmers").add("wechat", wechatConfirmer);
