// The 3-D Secure challenge: a dialog in which the tester is the buyer, and decides.
function challenge(what) {
  addStyle();
  const dialog = make("dialog", { class: "sim-challenge", "aria-labelledby": "sim-challenge-title", "data-testid": "challenge" });
  const complete = make("button", { value: "complete", text: "Complete", "data-testid": "challenge-complete" });
  const fail = make("button", { value: "fail", text: "Fail", "data-testid": "challenge-fail" });
  const [header, section, footer] = [make("header", { text: "Test bank · stripe-sim" }), make("section"), make("footer")];
  const title = make("h2", { id: "sim-challenge-title", text: "3D Secure authentication" });
  const text = `Your bank asks you to confirm ${what}. This is a test: choose how it ends.`;
  footer.append(complete, fail);
  section.append(title, make("p", { text }), footer);
  dialog.append(header, section);
  document.body.append(dialog);
  dialog.showModal();
  complete.focus();
  return new Promise((resolve) => {
    const end = (outcome) => {
      dialog.close();
      dialog.remove();
      resolve(outcome);
    };
    complete.addEventListener("click", () => end("complete"));
    fail.addEventListener("click", () => end("fail"));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      end("fail");
    });
  });
}
