// Posts the message of a launch to the tool at once; without a script the button does it.
document.querySelector("form[data-send]")?.submit();
