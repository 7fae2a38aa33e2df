"""WeChat's part of the page on which a payee confirms."""

from odoo.tests import tagged

from odoo.addons.payment_bridge.tests.test_confirm_page import ConfirmPageCase


@tagged("post_install", "-at_install")
class TestWechatConfirm(ConfirmPageCase):
    order = {"app": "wechat", "mchId": "1900000109", "appId": "wx1234567890abcdef"}

    def test_outside_of_wechat_the_page_only_says_where_to_open_it(self):
        self.run_on_page("""
            expect(registry.category("payment_bridge.confirmers").contains("wechat"), "WeChat's script is not there");
            expect(hidden(".o_payment_bridge_confirm button"), "a button that can do nothing is shown");
        """)

    def test_inside_of_wechat_the_payee_is_asked(self):
        self.run_on_page("""
            const calls = [];
            window.WeixinJSBridge = {
                invoke: (method, order, done) => {
                    calls.push(JSON.stringify([method, order]));
                    done({ err_msg: calls.length > 1 ? `${method}:ok` : `${method}:fail` });
                },
            };
            await restart();
            const button = panel.querySelector(".o_payment_bridge_confirm button");
            expect(!hidden(".o_payment_bridge_confirm button"), "no button");
            button.click();
            await until(() => !hidden(".o_payment_bridge_unasked"), "a refusal of WeChat is not told of");
            button.click();
            await until(() => hidden(".o_payment_bridge_unasked"), "an app that asked is told to be old");
            const wanted = JSON.stringify(["requestMerchantTransfer", {
                mchId: "1900000109", appId: "wx1234567890abcdef", package: "token-of-the-payee",
            }]);
            expect(calls[0] === wanted, `WeChat was asked ${calls[0]}`);
        """)

    def test_a_bridge_that_comes_after_the_page_is_waited_for(self):
        self.run_on_page("""
            const asked = registry.category("payment_bridge.confirmers").get("wechat").ask({ content: "p" });
            window.WeixinJSBridge = { invoke: (method, order, done) => done({ err_msg: `${method}:cancel` }) };
            document.dispatchEvent(new Event("WeixinJSBridgeReady"));
            expect(await asked, "who closed the confirmation has seen it");
        """)
