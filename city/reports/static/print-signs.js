// The button that prints, for who has JavaScript; others use their browser's menu.

const button = document.querySelector("[data-print]");
button.hidden = false;
button.addEventListener("click", () => print());
