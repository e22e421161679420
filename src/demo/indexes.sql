CREATE INDEX "core_student_university_id_ea64cac7" ON "core_student" ("university_id");
CREATE UNIQUE INDEX "core_student_courses_student_id_course_id_88152797_uniq" ON "core_student_courses" ("student_id", "course_id");
CREATE INDEX "core_student_courses_student_id_76fcd424" ON "core_student_courses" ("student_id");
CREATE INDEX "core_student_courses_course_id_f2fb15b1" ON "core_student_courses" ("course_id");
