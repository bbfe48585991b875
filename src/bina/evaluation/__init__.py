"""Did it work: programmes, what learners say afterwards, and what changed between two tests of the same people.

A programme is the evaluation of one course in one agency. It follows learning by itself: the first enrolment opens
it, every completion asks the learner for a reaction, and every new result brings its estimate up to date. A gain is
told with its interval and number of people, or not at all.
"""
