SELECT '{"create":{"_index":"django","_type":"student","_id":"' || s.id || '"}}' || char(10) || json_object(
  'university', CASE WHEN u.id IS NOT NULL THEN json_object('_id', u.id, 'name', u.name) END,
  'first_name', s.first_name,
  'last_name', s.last_name,
  'age', s.age,
  'year_in_school', s.year_in_school,
  'name_complete', json_object(
    'input', json_array(s.first_name, s.last_name),
    'output', s.first_name || ' ' || s.last_name,
    'payload', json_object('pk', s.id)),
  'course_names', (
    SELECT json_group_array(name) FROM (
      SELECT c.name FROM core_student_courses sc JOIN core_course c ON c.id = sc.course_id
      WHERE sc.student_id = s.id ORDER BY c.id)))
FROM core_student s LEFT JOIN core_university u ON u.id = s.university_id
ORDER BY s.id;
