"""WeChat Pay APIv3 as the sandbox plays it: merchant transfers, collections, refunds, bills."""
