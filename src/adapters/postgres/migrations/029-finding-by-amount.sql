-- Payments of one amount are found newest first, however many others there are.
CREATE INDEX payment_amount ON payment (merchant_id, amount, id);
