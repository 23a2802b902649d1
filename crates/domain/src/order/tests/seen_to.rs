use super::*;

#[test]
fn what_was_seen_to_wants_nobody_and_comes_again_as_news_alone() {
    let mut order = new_order();
    let number = asked(&mut order, SESSION, 1, at(0));
    order.tell_person(number, Concern::CallbackTaken, at(1));
    let told = order.needs_person.clone().unwrap();
    order.seen_to("something else");
    assert_eq!(order.needs_person.as_ref(), Some(&told));
    let mut seen = order.clone();
    seen.seen_to(&told);
    assert_eq!(seen.needs_person, None);
    let mut same = seen.clone();
    same.needs_person = Some(told.clone());
    assert_eq!(same, order, "nothing else changes");
    seen.tell_person(number, Concern::CallbackTaken, at(2));
    assert_eq!(seen.needs_person, None);
    seen.tell_person(number, Concern::Aside, at(3));
    assert_eq!(seen.needs_person, Some(Concern::Aside.to_string()));
    seen.seen_to(&told);
    assert!(seen.needs_person.is_some(), "this was told since");
}
