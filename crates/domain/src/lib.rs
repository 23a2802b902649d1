//! What financing is: money, ids, statuses, requests and answers, the state graph
