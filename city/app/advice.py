"""What to do in danger until help comes: short, true, and there without a network."""

from dataclasses import dataclass

from city.kernel import Says, say


@dataclass(frozen=True)
class Advice:
    """What to do in one kind of danger; `icon` and `tone` are of the design system."""

    id: str
    icon: str
    tone: str
    title: Says
    lines: tuple[Says, ...]


ADVICES = (
    Advice(
        id="flood",
        icon="waves",
        tone="minor",
        title=say("When the water rises"),
        lines=(
            say("Go up early: to a higher floor or to high ground, while the way is still dry."),
            say("Switch the electricity off at the main switch before the water is in the house."),
            say("Take drinking water, medicine, papers, a torch and your charged phone with you."),
            say("Do not walk or ride through moving water: knee-deep, it carries people away."),
            say("Keep away from fallen wires and poles, even where the water is still."),
            say("Cut off? Call 114 or 112, and hang a bright cloth or a light where it is seen."),
        ),
    ),
    Advice(
        id="fire",
        icon="flame",
        tone="late",
        title=say("When something burns"),
        lines=(
            say("Shout, get everybody out, and close the doors behind you. Do not take the lift."),
            say("Call 114 from outside. Nobody goes back in for things."),
            say("In smoke stay close to the floor, with a wet cloth over your nose and mouth."),
            say(
                "No way out? Close the door, fill its gaps with wet cloths, and wave at the window."
            ),
            say("Clothes on fire: stop, lie down, cover your face and roll."),
            say("Never put water on burning oil or on anything electric that is plugged in."),
        ),
    ),
    Advice(
        id="power",
        icon="zap-off",
        tone="moderate",
        title=say("When the power is out"),
        lines=(
            say("See whether the neighbours have light. If they do, look at your own main switch."),
            say("Unplug what makes heat, so that nothing starts a fire when the power is back."),
            say("Use a torch rather than candles."),
            say("Never run a generator or a charcoal stove indoors: its gas kills unnoticed."),
            say("A wire on the ground is live: stay ten metres away, and keep others away."),
            say("Save your phone for calls: less light, low-data mode, no videos."),
        ),
    ),
)
