// "No, mine is different" puts the question away and does not send the form yet; what was put away is not asked again.

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#new-report [data-question] button[value=different]");
  if (!button) return;
  event.preventDefault();
  const question = button.closest("[data-question]");
  const dismissed = document.querySelector("#new-report [name=dismissed]");
  dismissed.value += ` ${question.querySelector("[name=asked]").value}`;
  question.remove();
});
