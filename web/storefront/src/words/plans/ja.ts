import type { Words } from "../en.ts";

/** 日本語。 */
export const plan: Words["plan"] = {
  per: {
    day: (price, every) => (every === 1 ? `1日 ${price}` : `${every}日ごとに ${price}`),
    week: (price, every) => (every === 1 ? `1週間 ${price}` : `${every}週間ごとに ${price}`),
    month: (price, every) => (every === 1 ? `月額 ${price}` : `${every}か月ごとに ${price}`),
    year: (price, every) => (every === 1 ? `年額 ${price}` : `${every}年ごとに ${price}`),
  },
  triedBefore: "無料期間はすでにご利用済みです",
  trial: (days) => `${days}日間無料`,
  quantity: "数量",
  begin: "申し込む",
  beginTrial: (days) => `${days}日間の無料体験を始める`,
  beginning: "少々お待ちください…",
  cardForLater: "無料期間が終わった後のお支払いカード",
  firstPayment: "初回のお支払い",
  startWith: (card) => `${card} で始める`,
  saveCard: "カードを保存して始める",
  back: "商品一覧に戻る",
};

/** 日本語。 */
export const subscription: Words["subscription"] = {
  title: "定期購入",
  unknown: "このブラウザではこの定期購入が見つかりません。申し込んだブラウザで開いてください。",
  next: "次回のお支払い",
  firstPayment: "初回のお支払い",
  ends: "終了日",
  price: "料金",
  lastPayment: "前回のお支払い",
  quantity: "数量",
  number: "契約番号",
  change: "数量を変更する",
  endLater: "期間の終わりに解約する",
  endNow: "今すぐ解約する",
  goOn: "継続する",
  pay: "お支払いへ進む",
  payNow: "今すぐ支払う",
  confirmPayment: "支払いを確認する",
  paidJustNow: "ありがとうございます。お支払いが確定すると、このページに表示されます。",
  working: "少々お待ちください…",
  invoices: {
    draft: "準備中",
    open: "未払い",
    uncollectible: "回収不能",
    void: "取り消し",
    nothing_due: "お支払いなし",
    paid: "支払い済み",
  },
  needsAction: "銀行がお客様の確認を求めています。ここでお支払いを確認するか、別のカードでお支払いください。",
  status: {
    waiting: {
      headline: "ありがとうございます",
      sentence: "定期購入を準備しています。このページは自動で更新されます。",
    },
    incomplete: {
      headline: "初回のお支払いがまだです",
      sentence: "お支払いが済みしだい、定期購入が始まります。",
    },
    incomplete_expired: {
      headline: "この定期購入は始まりませんでした",
      sentence: "初回のお支払いが期限までに確認できませんでした。請求は発生していません。",
    },
    trialing: { headline: "無料期間が始まりました", sentence: "無料期間が終わるまで請求はありません。" },
    active: { headline: "お申し込みありがとうございます", sentence: "お支払いはすべて済んでいます。" },
    ending: { headline: "定期購入はまもなく終わります", sentence: "お支払い済みの期間が終わるまで続きます。" },
    past_due: {
      headline: "前回のお支払いができませんでした",
      sentence: "数日中にもう一度お支払いを試みます。その間も定期購入は続きます。",
    },
    unpaid: {
      headline: "お支払いをお待ちしています",
      sentence: "お支払いが何度か失敗しました。お支払いが済みしだい再開します。",
    },
    paused: { headline: "定期購入は休止中です", sentence: "休止中は請求されません。" },
    canceled: { headline: "定期購入は終了しました", sentence: "今後の請求はありません。" },
  },
  states: {
    waiting: "準備中",
    incomplete: "初回のお支払い待ち",
    incomplete_expired: "開始されず",
    trialing: "無料期間中",
    active: "有効",
    ending: "終了予定",
    past_due: "お支払い遅延",
    unpaid: "未払い",
    paused: "休止中",
    canceled: "終了",
  },
};
